// Whoever closes a finished workflow comes to the front page, as on the pages that the server draws.
addEventListener("wf:dismiss", () => location.assign(document.querySelector(".site-brand").href));
