"""The plain port that anybody may come to: what it hands out, and that it hands out nothing else."""

import json
import plistlib
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from futureself_box.api import join_port
from tests.lan.home import HOST, Home

PAGE = ["/", "/join/join.js", "/join/join.css", "/join/index.html", "/web/base.css", "/web/icon.svg"]
FACTS = ["/where", "/check"]
CERTIFICATES = ["/future-self-box.mobileconfig", "/future-self-box.crt"]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
