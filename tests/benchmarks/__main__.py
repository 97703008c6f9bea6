"""All benchmarks: ``make bench``. A report beside other libraries, not a test."""

import subprocess
import sys
import tempfile
from pathlib import Path

for module in ("gaussian_mixture", "embedding"):
    for precision in ("float32", "float64"):
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", precision]
        subprocess.run(command, check=True)
for module in ("vae", "laboratories"):
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{module}"], check=True)
with tempfile.TemporaryDirectory() as folder:  # with LECTURE11_DATA all of MNIST too: long
    file = str(Path(folder, "growth.json"))
    for words in (["measure", file, "rounds=3"], ["table", file]):
        subprocess.run([sys.executable, "-m", "tests.benchmarks.growth", *words], check=True)
