import subprocess
import sys


def test_what_is_imported_beside_the_window_leaves_no_source_in_memory() -> None:
    code = (
        "import linecache, app.frame.main_window\n"
        "import xml.dom.minidom\n"
        "print([name for name in linecache.cache if 'minidom' in name or 'main_window' in name])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_window_is_there_before_the_heavy_parts_of_scipy() -> None:
    code = (
        "import sys, app.launch, app.frame.main_window\n"
        "print([n for n in ('fft', 'ndimage', 'linalg', 'special') if f'scipy.{n}' in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]", "they take a third of the time to the first paint"
