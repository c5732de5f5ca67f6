// A day on which the roll could no longer be posted in time is said while it is being chosen.
const day = document.getElementById("day");
const near = document.getElementById("near-day");
const look = () => (near.hidden = !day.value || day.value >= near.dataset.soonest);
day.addEventListener("input", look);
look();
