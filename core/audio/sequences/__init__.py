"""Consecutive files of one recorder, which read like one file: their clock is one."""
