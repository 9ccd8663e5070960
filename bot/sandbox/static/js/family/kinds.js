// The five kinds of message: how a family finds them, and the fields each asks for.

const PARTS = [["any", "any time"], ["morning", "mornings"], ["afternoon", "afternoons"]];
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const some = (value) => value || undefined;
const words = (optional) => ({ name: "text", label: optional ? "Anything else (optional)" : "Your message", type: "area", required: !optional });

export const KINDS = {
  general: {
    mark: "💬", title: "Ask a question", name: "Question", note: "About health, forms, bills",
    fields: () => [{ name: "subject", label: "Subject", type: "text", required: true }, words(false), { name: "files", label: "Attach", type: "many", options: [["rash.png", "a photo"], ["school-form.pdf", "a form"]] }],
    request: () => undefined,
  },
  refill: {
    mark: "💊", title: "Refill a medicine", name: "Medicine refill", note: "From your child's list",
    fields: (child) => [
      { name: "medicines", label: "Which medicine?", type: "many", options: child.medications.map((one) => [one.text, one.text]) },
      { name: "other", label: child.medications.length ? "Or another one (optional)" : "Which medicine?", type: "text", required: !child.medications.length },
      { name: "pharmacy", label: "Pharmacy", type: "text", value: child.pharmacy?.name ?? "" },
      { name: "needed_by", label: "Needed by (optional)", type: "date" }, words(true),
    ],
    request: (given, child) => ({
      medications: [...child.medications.filter((one) => given.medicines.includes(one.text)), ...(given.other ? [{ text: given.other, schedule: "unknown" }] : [])].map((one, place) => ({ ...one, line: place + 1 })),
      pharmacy: given.pharmacy ? (given.pharmacy === child.pharmacy?.name ? child.pharmacy : { name: given.pharmacy }) : undefined,
      needed_by: some(given.needed_by),
    }),
    fault: (given) => (given.medicines.length || given.other ? null : "Choose a medicine, or write one."),
  },
  appointment: {
    mark: "📅", title: "Ask for an appointment", name: "Appointment", note: "New, move or cancel",
    fields: () => [
      { name: "action", label: "What would you like?", type: "one", options: [["new", "a new appointment"], ["reschedule", "move one"], ["cancel", "cancel one"]] },
      { name: "visit_type", label: "Kind of visit", type: "one", options: [["check-up", "check-up"], ["sick visit", "sick visit"], ["vaccination", "vaccination"], ["sports physical", "sports physical"]] },
      { name: "reason", label: "Reason (optional)", type: "text" },
      { name: "provider", label: "With", type: "one", options: [["", "whoever is free"], ["Dr. Dana Lee", "Dr. Dana Lee"], ["Dr. Omar Shah", "Dr. Omar Shah"]] },
      { name: "days", label: "Days that suit", type: "many", options: DAYS.map((day) => [day, day]) },
      { name: "part_of_day", label: "Time of day", type: "one", options: PARTS }, words(true),
    ],
    request: (given) => ({
      action: given.action, visit_type: given.visit_type, reason: some(given.reason), provider: some(given.provider),
      preferred: given.days.length ? [{ days: given.days, part_of_day: given.part_of_day }] : [],
    }),
  },
  insurance: {
    mark: "💳", title: "New insurance", name: "Insurance change", note: "Tell us about a change",
    fields: () => [
      { name: "payer", label: "Insurance company", type: "text", required: true }, { name: "plan", label: "Plan (optional)", type: "text" },
      { name: "member_id", label: "Member number (optional)", type: "text" }, { name: "group", label: "Group (optional)", type: "text" },
      { name: "effective_from", label: "Valid from (optional)", type: "date" }, { name: "replaces", label: "Replaces (optional)", type: "text" },
      { name: "files", label: "Photos of the card", type: "many", options: [["card-front.png", "front"], ["card-back.png", "back"]] }, words(true),
    ],
    request: (given, child, account) => ({
      payer: given.payer, plan: some(given.plan), member_id: some(given.member_id), group: some(given.group), effective_from: some(given.effective_from), replaces: some(given.replaces),
      subscriber: { name: account.name, relationship: account.relationship },
    }),
  },
  referral: {
    mark: "🧭", title: "Ask for a referral", name: "Referral", note: "To a specialist",
    fields: () => [
      { name: "specialty", label: "Which specialist?", type: "text", required: true }, { name: "to", label: "Name or practice (optional)", type: "text" },
      { name: "reason", label: "Why?", type: "text", required: true }, { name: "urgency", label: "How soon?", type: "one", options: [["routine", "no hurry"], ["soon", "soon"]] },
      { name: "visit_date", label: "Visit already on (optional)", type: "date" }, words(true),
    ],
    request: (given) => ({ specialty: given.specialty, to: some(given.to), reason: given.reason, urgency: given.urgency, visit_date: some(given.visit_date) }),
  },
};

/** A kind's name in a list, also for a kind that is not known. */
export const kindOf = (kind) => KINDS[kind] ?? { mark: "✉️", name: "Message" };
