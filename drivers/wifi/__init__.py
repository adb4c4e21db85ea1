"""WiFi in monitor mode: probe requests in, whatever else is in the air stays in the kernel."""
