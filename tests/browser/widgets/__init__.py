"""The fields of ``<wf-form>`` in a browser, between forms of the server and what the server reads of them."""
