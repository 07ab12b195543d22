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
