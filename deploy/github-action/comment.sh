#!/usr/bin/env bash
# Comment on a pull request what its changes cost, and fail if a limit is exceeded.
# The settings come from action.yml: FILES, FAIL_ABOVE, FAIL_INCREASE, BASE_SHA, PULL_REQUEST, GH_REPO; `gh` reads GH_TOKEN.
set -euo pipefail

report=$(mktemp)
trap 'rm -f "$report"' EXIT
read -ra files <<<"$FILES"
options=(--git "$BASE_SHA" --format markdown)
[[ -z "${FAIL_ABOVE:-}" ]] || options+=(--fail-above "$FAIL_ABOVE")
[[ -z "${FAIL_INCREASE:-}" ]] || options+=(--fail-increase "$FAIL_INCREASE")

git fetch --quiet --depth=1 origin "$BASE_SHA"
code=0
ftcost diff "${options[@]}" -- "${files[@]}" >"$report" || code=$?
first_line=$(head -n 1 "$report")
# 1 means that a limit is exceeded, which the report says; without a report, the command itself has failed.
[[ $code -le 1 && $first_line == "<!-- ftcost diff -->" ]] || exit $((code > 0 ? code : 1))

cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

# One comment per pull request: the next push replaces it.
comments="repos/$GH_REPO/issues/$PULL_REQUEST/comments"
own=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$first_line\"))) | .id"
id=$(gh api --paginate "$comments" --jq "$own" | sed -n 1p)
if [[ -n $id ]]; then
  gh api --silent --method PATCH "repos/$GH_REPO/issues/comments/$id" --field "body=@$report"
else
  gh api --silent --method POST "$comments" --field "body=@$report"
fi
exit "$code"
