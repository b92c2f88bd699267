"""Tests of audience overlap."""
