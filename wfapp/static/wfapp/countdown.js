// Shows how much of a countdown is left. The page goes on without it: the Refresh header does that.

class Countdown extends HTMLElement {
  connectedCallback() {
    this.ends = performance.now() + Number(this.dataset.wfCountdown) * 1000;
    const [bar, left] = this.querySelectorAll(".wf-countdown-bar, .wf-countdown-left");
    bar.hidden = left.hidden = false;
    this.show(bar, left);
  }

  show(bar, left) {
    const seconds = Math.max(0, (this.ends - performance.now()) / 1000);
    bar.value = seconds;
    left.textContent = `${Math.ceil(seconds)}`;
    if (seconds > 0 && this.isConnected) setTimeout(() => this.show(bar, left), 250);
  }
}

if (!customElements.get("wf-countdown")) {
  customElements.define("wf-countdown", Countdown);
}
