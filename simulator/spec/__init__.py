"""What a run is: frozen, checked, in human units."""
