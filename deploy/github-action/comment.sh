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
[[ $code -le 1 ]] || exit "$code" # 1 means that a limit is exceeded, which the comment says

cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

# One comment per pull request: the next push replaces it.
comments="repos/$GH_REPO/issues/$PULL_REQUEST/comments"
first_line=$(head -n 1 "$report")
id=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$first_line\")) | .id" | head -n 1)
if [[ -n $id ]]; then
  gh api --silent --method PATCH "repos/$GH_REPO/issues/comments/$id" --field "body=@$report"
else
  gh api --silent --method POST "$comments" --field "body=@$report"
fi
exit "$code"
