const slider = document.querySelector("input[type=range]");
if (slider) {
  const pictures = document.querySelectorAll(".slides img");
  const caption = document.querySelector(".slides figcaption");
  const show = () => {
    pictures.forEach((picture, index) => { picture.hidden = index !== slider.valueAsNumber; });
    caption.textContent = pictures[slider.valueAsNumber].alt;
    slider.setAttribute("aria-valuetext", caption.textContent);
  };
  slider.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target === slider || event.altKey || event.ctrlKey || event.metaKey) return;
    slider.valueAsNumber += step;
    show();
  });
  show(); // a browser may have kept the slider's place from before a reload
}
