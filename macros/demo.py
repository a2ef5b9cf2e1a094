"""The whole chain on one file: train, evaluate, write a weight file, apply it from Python and from a ROOT macro.

python demo.py [OUTPUT_FOLDER]        (default: demo)
"""

import os
import subprocess
import sys
from pathlib import Path

MACROS = Path(__file__).resolve().parent
sys.path.insert(0, str(MACROS))

import application  # noqa: E402
import classification  # noqa: E402

# the functions of classification.py, where TorchMVA looks for them
load_model_custom_objects = classification.load_model_custom_objects

WEIGHT_FILE = "dataset/weights/Classification_PyTorch.weights.xml"


def responses_of_macro():
    """What Application.C prints, run by a ROOT of its own."""
    command = [sys.executable, "-m", "torchmva", "root", "-l", "-b", "-q", f'{MACROS}/Application.C("{WEIGHT_FILE}")']
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line for line in text.splitlines() if " response " in line]


def compare(python_lines, macro_lines):
    """Prints the responses side by side; the number of events in which any bit differs."""
    different = 0
    print(f"{'event':12s} {'Python':>10s} {'macro':>10s}   bits")
    for python, macro in zip(python_lines, macro_lines, strict=True):
        *event, _, shown, exact = python.split()
        *macro_event, _, macro_shown, macro_exact = macro.split()
        same = event == macro_event and float.fromhex(exact) == float.fromhex(macro_exact)
        different += not same
        print(f"{' '.join(event):12s} {shown:>10s} {macro_shown:>10s}   {'equal' if same else 'DIFFERENT'}")
    return different


def main():
    """Runs the chain in the output folder; 1 if Python and the macro disagree in any bit."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    classification.main(num_epochs=20)
    print("\nEvents that were not in the training, applied from Python and from a ROOT macro:\n")
    different = compare(application.responses(WEIGHT_FILE), responses_of_macro())
    print("\nWritten:")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"  {path}  ({path.stat().st_size} bytes)")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
