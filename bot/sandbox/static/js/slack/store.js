// What one person sees of the workspace: fetched anew when the stream says that something changed.

import { act, demo, listen, look } from "../api.js";

export class Store {
  constructor() {
    this.as = null;
    this.team = {};
    this.app = {};
    this.groups = [];
    this.me = {};
    this.people = [];
    this.channels = [];
    this.titles = new Map();
    this.topics = {};
    this.hearers = new Set();
    this.leave = () => {};
  }

  /** Learns the demo's people, then becomes `person`. */
  async start(person) {
    const { people, topics } = await demo();
    this.topics = topics;
    this.titles = new Map(people.map((one) => [one.id, one]));
    await this.become(people.some((one) => one.id === person) ? person : people[0].id);
  }

  async become(person) {
    this.leave();
    this.as = person;
    await this.refresh();
    this.leave = listen(`/api/slack/stream?as=${person}`, (news) => this.hear(news), () => this.hear({ what: "again" }));
    this.tell({ what: "person" });
  }

  async refresh() {
    const state = await look("state", { as: this.as });
    Object.assign(this, { team: state.team, app: state.app, groups: state.groups, me: state.me, people: state.people, channels: state.channels });
  }

  async hear(news) {
    if (["message", "channels", "ephemeral", "again"].includes(news.what)) await this.refresh().catch(() => {});
    this.tell(news);
  }

  tell(news) {
    for (const hearer of this.hearers) hearer(news);
  }

  onNews(hearer) {
    this.hearers.add(hearer);
  }

  get zone() {
    return this.me.tz || "America/New_York";
  }

  person(id) {
    return this.people.find((one) => one.id === id) ?? { id, name: id, real_name: id };
  }

  personName(id) {
    const one = this.person(id);
    return one.real_name || one.name;
  }

  /** Title and role of one of the practice's people, as in "RN" and "Nurse". */
  about(id) {
    return this.titles.get(id) ?? { title: "", role: "" };
  }

  channel(id) {
    return this.channels.find((one) => one.id === id);
  }

  channelName(id) {
    return this.channel(id)?.name ?? id;
  }

  get botChannel() {
    return this.channels.find((one) => one.is_im && this.person(one.user).is_bot);
  }

  get bot() {
    return this.people.find((one) => one.id === this.app.bot_user_id);
  }

  async messages(channel) {
    return (await look("messages", { channel, as: this.as })).messages;
  }

  async thread(channel, ts) {
    return (await look("thread", { channel, ts, as: this.as })).messages;
  }

  async views() {
    return (await look("views", { as: this.as })).views;
  }

  async home() {
    return (await look("home", { as: this.as })).view;
  }

  /** How many messages from the app somebody else has not read yet. */
  async waitingFor(person) {
    const state = await look("state", { as: person });
    return state.channels.filter((one) => one.is_im).reduce((sum, one) => sum + one.unread, 0);
  }

  act(name, given) {
    return act(name, { as: this.as, ...given });
  }

  async options(given) {
    const answer = await this.act("options", given);
    if (answer.warning) throw new Error(answer.warning);
    return answer.option_groups ?? [{ options: answer.options ?? [] }];
  }

  /** What every drawing of blocks needs to know, whatever it is part of. */
  surface() {
    return {
      zone: this.zone,
      personName: (id) => this.personName(id),
      channelName: (id) => this.channelName(id),
      groupName: (id) => this.groups.find((one) => one.id === id)?.handle,
      people: () => this.people,
      channels: (filter) => this.channels.filter((one) => !one.is_archived && (one.is_im ? filter?.include?.includes("im") : !filter?.include || filter.include.includes(one.is_private ? "private" : "public"))),
      state: () => null,
      keep: () => {},
      errors: {},
    };
  }
}
