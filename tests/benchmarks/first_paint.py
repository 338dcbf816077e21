"""Time from the start of the process to the first painted window: Pentimento beside a bare PySide6 window."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7

BARE = """
import sys
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", flush=True)
application = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
application.exec()
"""


def seconds_to_first_paint(command: list[str]) -> float:
    """Seconds until the process prints `painted`; it is then killed."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = os.environ | {"PENTIMENTO_DATA_DIR": folder, "PENTIMENTO_ANNOUNCE_FIRST_PAINT": "1"}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("painted"):
                    return time.perf_counter() - started
            raise SystemExit(f"{command} ended without painting")
        finally:
            process.kill()
            process.communicate()


def run() -> None:
    bare_command = [sys.executable, "-c", BARE]
    own_command = [sys.executable, "-m", "desktop.app"]
    seconds_to_first_paint(own_command)  # fills the file cache and the byte code, for both alike
    bare, own = [], []
    for _ in range(ROUNDS):
        bare.append(seconds_to_first_paint(bare_command))
        own.append(seconds_to_first_paint(own_command))
    bare_median, own_median = statistics.median(bare), statistics.median(own)
    print(
        f"first paint   Pentimento {own_median:.2f} s   bare PySide6 window {bare_median:.2f} s   "
        f"ratio {own_median / bare_median:.2f}   (median of {ROUNDS}; under 1 s asked)"
    )


if __name__ == "__main__":
    run()
