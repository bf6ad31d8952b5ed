// The button of a text to copy. Without this file there is no button, and the text can be selected all the same.

class Copy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    const field = this.querySelector("input, textarea");
    const status = this.querySelector("[role=status]");
    field.select();
    status.textContent = (await copied(field.value)) ? status.dataset.copied : "";
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without TLS, or no permission: the text is selected, and browsers still know this command.
    return document.execCommand("copy");
  }
}

if (!customElements.get("wf-copy")) {
  customElements.define("wf-copy", Copy);
}
