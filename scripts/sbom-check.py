"""Whether a bill of materials (CycloneDX, JSON) names what a lock does, and nothing else: `sbom-check.py LOCK SBOM`."""

import json
import re
import sys
from pathlib import Path

lock, bill = (Path(each).read_text("utf-8") for each in sys.argv[1:3])
locked = set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", lock, re.MULTILINE))
named = {(each["name"], each["version"]) for each in json.loads(bill)["components"]}
wrong = [f"{name} {version}: not in the bill of materials" for name, version in sorted(locked - named)]
wrong += [f"{name} {version}: in the bill of materials, and not locked" for name, version in sorted(named - locked)]
sys.exit("\n".join(wrong) if wrong or not locked else 0)
