"""Payback: break-even against the base model, month by month, and across volumes."""
