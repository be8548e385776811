#!/bin/sh
# The smoke run (see io.adplatform.loadtest.smoke): from the built tree, or builds it first. Options are passed to `up`.
set -eu
scenario=smoke
. "$(dirname "$0")/scenario.sh"
run "$java" -cp "$classes" io.adplatform.loadtest.smoke.Smoke "$home" "$folder" "$@"
