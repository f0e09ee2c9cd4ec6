"""What users can change. Each function owns the role check, the protection against duplicates and the audit of one
change; listeners only unpack a request and call it.
"""
