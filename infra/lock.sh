#!/bin/sh
# Needs uv. The lock holds no member and no registry address: pip takes it with hashes, anywhere.
MEMBERS="libs editions identity outreach portal scheduling stakeholders"
uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-emit-index-url $(for m in $MEMBERS; do echo --no-emit-package $m; done) --group dev --group embedded pyproject.toml -o requirements.lock
