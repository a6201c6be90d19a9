"""Commands that can be copied."""

import sys

import pytest

from pgkeras.text import quoted


@pytest.mark.parametrize(
    ("platform", "expected"), [("linux", "'C:\\my photos' 'C:\\runs'"), ("win32", '"C:\\my photos" C:\\runs')]
)
def test_words_are_quoted_for_the_systems_own_shell(monkeypatch, platform, expected):
    monkeypatch.setattr(sys, "platform", platform)
    assert quoted("C:\\my photos", "C:\\runs") == expected
