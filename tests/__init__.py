"""Tests by kind; inside each kind, the folders of the source again."""
