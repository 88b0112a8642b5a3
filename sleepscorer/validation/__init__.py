"""Proof on one's own nights: whose staging agrees best with the scorings of this site."""
