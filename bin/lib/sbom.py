#!/usr/bin/env python3
"""Writes what a build is made of, as CycloneDX 1.6: the Swift packages at their revisions, and the Debian packages whose libraries and programs it uses.

    sbom.py > .build/sbom.cdx.json

Reads Package.resolved and, where there is one, Debian's list of packages. The same build gives the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Linked, and started as programs.
DEBIAN = "libpq5 libsqlite3-0 libzip4 libxlsxwriter4 libqrencode4 libexpat1 libstdc++6 tzdata bubblewrap ffmpeg weasyprint librsvg2-bin fonts-noto-cjk libharfbuzz-bin fontconfig util-linux bsdutils age tar postgresql-client-15".split()


def swift_packages() -> list[dict]:
    found = []
    for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]:
        place, state = pin["location"].removesuffix(".git"), pin["state"]
        name = place.split("//", 1)[1]
        reference = f"pkg:swift/{name}@{state['version']}"
        found.append(
            {
                "type": "library",
                "bom-ref": reference,
                "name": name.rsplit("/", 1)[1],
                "version": state["version"],
                "purl": reference,
                "externalReferences": [{"type": "vcs", "url": f"{place}.git"}],
                "properties": [{"name": "git:revision", "value": state["revision"]}],
            }
        )
    return found


def debian_packages() -> list[dict]:
    query = ["dpkg-query", "--show", "--showformat=${Package}\t${Version}\t${Architecture}\t${db:Status-Status}\n", *DEBIAN]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        name, version, architecture, status = line.split("\t")
        if status == "installed":
            reference = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
            found.append({"type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference})
    return found


def version() -> str:
    told = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return told if re.fullmatch(r"[0-9a-f]{12}", told) else "unknown"


def main() -> None:
    parts = sorted(swift_packages() + debian_packages(), key=lambda part: part["bom-ref"])
    ours = {"type": "application", "bom-ref": "yuanjiao", "name": "yuanjiao", "version": version(), "licenses": [{"license": {"id": "Apache-2.0"}}]}
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([ours, parts], sort_keys=True))}",
        "version": 1,
        "metadata": {"component": ours},
        "components": parts,
        "dependencies": [{"ref": "yuanjiao", "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    print(json.dumps(bill, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
