"""What the build is made of is told in a form that scanners read, and nothing in it is left to chance."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]


def test_the_bill_of_materials_is_valid_and_names_every_package() -> None:
    made = [subprocess.run([sys.executable, ROOT / "bin/lib/sbom.py"], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert made[0] == made[1], "The same build gives another bill"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made[0]) is None
    named = {part["name"] for part in json.loads(made[0])["components"]}
    pins = {pin["location"].removesuffix(".git").rsplit("/", 1)[1] for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]}
    assert pins <= named and {"ffmpeg", "bubblewrap", "libpq5"} <= named


def test_every_package_has_one_version_in_the_manifest() -> None:
    manifest = (ROOT / "Package.swift").read_text()
    declared = dict(re.findall(r'\.package\(url: "([^"]+?)(?:\.git)?", exact: "([0-9.]+)"\)', manifest))
    assert manifest.count(".package(url:") == len(declared), "A version is a range"
    resolved = {pin["location"].removesuffix(".git"): pin["state"]["version"] for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]}
    assert declared == resolved, "What is built is not what the manifest names"
