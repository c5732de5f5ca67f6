// A day on which the roll could no longer be posted in time is said while it is being chosen, by mode and province.
const of = (id) => document.getElementById(id);
const [day, mode, profile, near, first] = ["day", "mode", "profile", "near-day", "near-first"].map(of);
const soonest = JSON.parse(near.dataset.soonest);
const look = () => {
  first.textContent = soonest[`${mode.value} ${profile.value}`];
  near.hidden = !day.value || day.value >= first.textContent;
};
for (const field of [day, mode, profile]) field.addEventListener("input", look);
look();
