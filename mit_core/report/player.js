// Videos side by side, played as one: a button, a slider, one sound. Without this script each of
// them has its own controls.
(() => {
  "use strict";
  const FRAME = 0.04; // s, at 25 frames a second
  const LOST = 0.4; // s; further apart than this a video jumps, nearer it hurries or waits
  const READY = 2; // HAVE_CURRENT_DATA: a frame can be shown
  const PATIENCE = 3000; // ms that the others wait for a video that does not load
  const groups = [...document.querySelectorAll(".together")].map(together);

  function together(group) {
    const videos = [...group.querySelectorAll("video")];
    const bar = group.querySelector(".bar");
    const button = bar.querySelector("button");
    const slider = bar.querySelector("input");
    const clock = bar.querySelector("output");
    const sound = bar.querySelector("select");
    let heard = videos[0];
    let playing = false;

    for (const video of videos) {
      video.controls = false;
      video.addEventListener("click", toggle);
      video.addEventListener("loadedmetadata", show);
      video.addEventListener("pause", () => {
        // a headset's button, or the browser itself
        if (playing && video === heard && !video.ended) pause();
      });
    }
    button.addEventListener("click", toggle);
    slider.addEventListener("input", () => seek(Number(slider.value)));
    sound.addEventListener("change", () => {
      heard = videos[sound.selectedIndex];
      for (const video of videos) video.muted = video !== heard;
    });
    bar.hidden = false;
    show();

    // The video whose time the others keep: the one that is heard, while it lasts.
    function leader() {
      const going = videos.filter((video) => !video.ended && !video.error);
      return going.includes(heard) ? heard : going[0];
    }

    function seconds() {
      return Math.max(0, ...videos.map((video) => video.duration).filter(Number.isFinite));
    }

    function seek(time) {
      for (const video of videos) {
        if (!video.error) video.currentTime = Math.min(time, video.duration || 0);
      }
      show();
    }

    function toggle() {
      if (playing) pause();
      else play();
    }

    async function play() {
      for (const other of groups) if (other.pause !== pause) other.pause();
      playing = true;
      const first = leader();
      if (!first || first.currentTime >= seconds() - FRAME / 2) seek(0);
      show();
      await Promise.race([Promise.all(videos.map(loaded)), wait(PATIENCE)]);
      if (!playing) return;
      const going = videos.filter((video) => !video.ended && !video.error);
      const begun = await Promise.allSettled(going.map((video) => video.play()));
      if (!begun.some((result) => result.status === "fulfilled")) pause();
      else requestAnimationFrame(keepInStep);
    }

    function pause() {
      const time = leader()?.currentTime;
      playing = false;
      for (const video of videos) {
        video.pause();
        video.playbackRate = 1;
      }
      if (time !== undefined) seek(time); // the same frame in all, to be compared
      show();
    }

    function keepInStep() {
      if (!playing) return;
      const lead = leader();
      if (!lead) {
        pause();
        return;
      }
      for (const video of videos) {
        if (video === lead || video.ended || video.error) {
          video.playbackRate = 1;
          continue;
        }
        const ahead = video.currentTime - lead.currentTime;
        if (video.seeking) continue;
        if (Math.abs(ahead) > LOST) video.currentTime = Math.min(lead.currentTime, video.duration);
        const far = Math.abs(ahead) > FRAME / 2;
        video.playbackRate = far ? Math.min(1.25, Math.max(0.75, 1 - 2 * ahead)) : 1;
        // browsers pause what is muted and out of sight
        if (video.paused) video.play().catch(() => {});
      }
      show();
      requestAnimationFrame(keepInStep);
    }

    function show() {
      const whole = seconds();
      const time = leader()?.currentTime ?? whole;
      button.textContent = playing ? "Pause" : "Play";
      slider.max = whole;
      slider.value = time;
      const told = `${time.toFixed(1)} / ${whole.toFixed(1)} s`;
      if (clock.textContent !== told) clock.textContent = told;
      slider.setAttribute("aria-valuetext", told);
    }

    return { pause };
  }

  function loaded(video) {
    video.preload = "auto";
    if (video.readyState >= READY || video.error) return Promise.resolve();
    return new Promise((resolve) => {
      for (const event of ["loadeddata", "error"]) {
        video.addEventListener(event, resolve, { once: true });
      }
    });
  }

  function wait(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
})();
