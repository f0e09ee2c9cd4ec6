"""The rules of one workspace: defaults, budgets, roles and the Home tab."""
