// The application of the portal.
