"""Brings the instance's database to what this code needs: `python -m infra.database SUPERUSER_ADDRESS`."""

import os
import sys

from infra.roles import make_database
from libs.config import read_settings
from libs.db.migrating import migrate

if __name__ == "__main__":
    make_database(sys.argv[1])
    migrate(read_settings(os.environ))
