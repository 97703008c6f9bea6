"""All benchmarks: ``make bench``. A report beside other libraries, not a test."""

import subprocess
import sys

for module in ("gaussian_mixture", "embedding"):
    for precision in ("float32", "float64"):
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", precision]
        subprocess.run(command, check=True)
for module in ("vae", "laboratories"):
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{module}"], check=True)
