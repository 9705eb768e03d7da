"""Drills: what no crash, outage or clock may do, tried on the real thing, each with a control that must fail."""
