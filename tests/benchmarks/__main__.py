"""`make bench`: every benchmark prints its ratio against a baseline measured in the same run.

`python -m tests.benchmarks gallery server` runs those alone. Each is a process of its own, so that none finds what
another left in memory.
"""

import pkgutil
import subprocess
import sys

import tests.benchmarks

ALL = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__) if module.name != "__main__"]

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        print(f"\n{name.replace('_', ' ')}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
