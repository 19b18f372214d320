"""Measure, freeze, and judge before against after."""
