"""All benchmarks: ``make bench``. A report beside other libraries, not a test."""

import os
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
if os.environ.get("LECTURE11_DATA"):  # all of MNIST: long
    with tempfile.TemporaryDirectory() as folder:
        for task in ("measure", "table"):
            file = str(Path(folder, "growth.json"))
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.growth", task, file], check=True
            )
