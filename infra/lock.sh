#!/bin/sh
# Needs uv. The locks hold no member and no registry address: pip takes them with hashes, anywhere.
# One is for development, with everything; the other, of the same versions, for the image.
set -eu
MEMBERS="libs editions identity outreach portal scheduling stakeholders"
OPTIONS="--universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-emit-index-url $(for m in $MEMBERS; do echo --no-emit-package $m; done)"
uv pip compile -q $OPTIONS --group dev --group embedded pyproject.toml -o requirements.lock
uv pip compile -q $OPTIONS --constraint requirements.lock --group production pyproject.toml -o infra/production/requirements.lock
