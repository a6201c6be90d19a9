"""Lines of JSON, whole and cut short."""

from pgkeras.files.json_lines import append_line, read_lines


def test_what_follows_a_line_that_was_cut_short_is_read(tmp_path):
    path = tmp_path / "lines.jsonl"
    assert read_lines(path) == []
    append_line(path, {"name": "Käse"})
    with path.open("a") as file:
        file.write('{"name": "cut')
    append_line(path, {"name": 3})
    append_line(path, {"name": 4})
    assert read_lines(path) == [{"name": "Käse"}, {"name": 3}, {"name": 4}]
    assert path.read_bytes().count(b"\n") == 4
