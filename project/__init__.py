"""The demo site of wfapp."""

from __future__ import annotations

import pymysql

pymysql.install_as_MySQLdb()  # MariaDB without a C library: Django asks for MySQLdb by name
