"""The renderers that all verbs share: terminal (Rich), HTML and JSON."""
