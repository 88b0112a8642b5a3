"""Parts of the program, and how large they are."""

import size


def test_files_are_counted_by_the_part_that_they_are_of(tmp_path):
    places = {
        "sleepscorer": 10,
        "_internal/torch/lib/libtorch_cpu.so": 400,
        "_internal/torch/nn/__init__.pyc": 20,
        "_internal/numpy.libs/libopenblas.so": 30,
        "_internal/numpy/__init__.pyc": 1,
        "_internal/libpython3.11.so.1.0": 7,
        "_internal/abc.pyc": 2,
        "_internal/libX11.so.6": 3,
    }
    for place, n_bytes in places.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(n_bytes))
    (tmp_path / "_internal" / "link.so").symlink_to("libX11.so.6")
    found = {
        name: sum(path.stat().st_size for path in paths)
        for name, paths in size.parts(tmp_path).items()
    }
    assert found == {
        "the two programs": 10,
        "torch: libtorch_cpu": 400,
        "torch": 20,
        "numpy": 31,
        "Python": 9,
        "libraries of the system": 3,
    }
    assert size.folder_bytes(tmp_path) == sum(places.values())
