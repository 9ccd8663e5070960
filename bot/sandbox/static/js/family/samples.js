// One-click examples for each kind of message; {child} becomes the child's first name.

const inDays = (count) => new Date(Date.now() + count * 86_400_000).toISOString().slice(0, 10);

export const SAMPLES = {
  general: [
    { label: "Ear pain", subject: "Ear pain", text: "{child} woke up twice with ear pain on the left side. No fever. Should we come in, or wait a day?" },
    { label: "Rash, with photo", subject: "Rash on the arm", text: "This came up after the weekend and does not itch. A photo is attached.", files: ["rash.png"] },
    { label: "Must not wait", subject: "Breathing", text: "{child} is coughing all the time and can't catch her breath. Her lips look a bit blue. What should I do?" },
    { label: "En español", subject: "Fiebre", lang: "es", text: "{child} tiene fiebre de 101 °F desde anoche y no quiere comer. ¿Qué le puedo dar?" },
    { label: "School form", subject: "School form", text: "Could you fill in the attached school form? They need it by Monday. Thank you!", files: ["school-form.pdf"] },
  ],
  refill: [
    { label: "Almost out", text: "We are almost out. Thank you!", needed_by: inDays(3), first: true },
    { label: "Everything, before a trip", text: "Please refill everything, we travel on the weekend.", needed_by: inDays(2), all: true },
    { label: "Something new", text: "She had this last spring and it helped.", other: "loratadine 5 mg/5 mL syrup" },
  ],
  appointment: [
    { label: "Check-up", action: "new", visit_type: "check-up", provider: "Dr. Omar Shah", days: ["Tue", "Thu"], part_of_day: "afternoon", text: "After school would be best for us." },
    { label: "Sick visit", action: "new", visit_type: "sick visit", reason: "sore throat for three days", days: ["Mon", "Tue", "Wed"], part_of_day: "any", text: "" },
    { label: "Move it", action: "reschedule", visit_type: "check-up", days: ["Mon", "Fri"], part_of_day: "morning", text: "Sorry, something came up at work." },
  ],
  insurance: [
    { label: "New plan", payer: "Blue Harbor Health", plan: "Family Choice PPO", member_id: "BHX 4410 2297 03", group: "77120", effective_from: inDays(7), replaces: "Cedar Mutual", text: "", files: ["card-front.png", "card-back.png"] },
    { label: "Not all known", payer: "State Children's Plan", text: "The new card is still in the mail." },
  ],
  referral: [
    { label: "Allergist", specialty: "Allergy", to: "Dr. Helen Voss, Harbor Allergy", reason: "hives after peanuts, twice", urgency: "routine", visit_date: inDays(14), text: "They need the referral before the visit." },
    { label: "Ear, nose, throat", specialty: "ENT", reason: "fourth ear infection this year", urgency: "soon", text: "" },
  ],
};
