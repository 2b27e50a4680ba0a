"""For whoever runs the instance: what learners flagged, and what is switched off."""
