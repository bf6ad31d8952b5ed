// Shows how much of a countdown is left. The page goes on without it: the Refresh header does that.

for (const box of document.querySelectorAll("[data-wf-countdown]")) {
  const whole = Number(box.dataset.wfCountdown);
  const bar = box.querySelector(".wf-countdown-bar");
  const left = box.querySelector(".wf-countdown-left");
  const ends = performance.now() + whole * 1000;

  const show = () => {
    const seconds = Math.max(0, (ends - performance.now()) / 1000);
    bar.value = seconds;
    left.textContent = `${Math.ceil(seconds)}`;
    if (seconds > 0) setTimeout(show, 250);
  };

  bar.hidden = left.hidden = false;
  show();
}
