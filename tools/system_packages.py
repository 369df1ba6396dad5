"""System packages that tests want (系统软件包): PostgreSQL, chromium, a Chinese font.

As root on a Debian system the missing ones are installed, and named as it happens; NO_INSTALL=1
forbids it.  Without root nothing is installed: tests take PostgreSQL from a package wheel, leave
out what needs a browser, and this prints the one command that would add the rest.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

INSTALL_WAIT_S = 600
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def missing() -> list[str]:
    """Names of the packages that this machine lacks."""
    absent: list[str] = []
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and shutil.which("initdb") is None:
        absent.append("postgresql")
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        absent.append("chromium")
    if not any(True for folder in FONT_FOLDERS for _ in folder.glob("**/*CJK*")):
        absent.append("fonts-noto-cjk")
    return absent


def main() -> int:
    """Install what is missing, or say how."""
    absent = missing()
    if not absent:
        return 0
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent]
    may = os.getuid() == 0 and not os.environ.get("NO_INSTALL") and shutil.which("apt-get") is not None
    if not may:
        print(f"Not here: {', '.join(absent)}. Tests that need them are skipped or use a package wheel. To add them:")
        print(f"  sudo {' '.join(command)}")
        return 0
    print(f"Installing system packages: {', '.join(absent)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], command):
        subprocess.run(step, check=True, env=quiet, stdout=subprocess.DEVNULL, timeout=INSTALL_WAIT_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
