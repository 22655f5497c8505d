import { useTranslation } from "react-i18next";

import { roleWord } from "../../session/roles";
import { Mark } from "../Mark";
import { reach, type Role } from "../roles";
import type { Person, Post } from "../service";

/** The area of a post in words. */
export function useAreaWord() {
  const { t } = useTranslation();
  return (p: Pick<Post, "role" | "area" | "state">): string => {
    if (p.area) return p.area.name ?? p.area.code ?? t("areaGone");
    return reach(p.role as Role) === "never" ? "" : t("everyDistrict");
  };
}

export function PostTag({ post }: { post: Post }) {
  const { t, i18n } = useTranslation();
  const area = useAreaWord()(post);
  return (
    <span className={`post-tag ${post.state}`} title={post.area?.code}>
      <b>{roleWord(post.role, i18n.language)}</b>
      {post.duties.map((d) => (
        <i key={d}>{t(`duty_${d}`)}</i>
      ))}
      {area && (
        <span>
          {area} {post.area?.level === "grid" && post.area.code !== area && <small>{post.area.code}</small>}
        </span>
      )}
      {post.state === "coming" && <em>{t("postComing")}</em>}
      {post.state === "lost" && post.area?.name !== undefined && <em>{t("areaGone")}</em>}
    </span>
  );
}

/** The state of an account, icon and word. */
export function AccountState({ status }: { status: Person["status"] }) {
  const { t } = useTranslation();
  const word = t(`account_${status}`);
  switch (status) {
    case "active":
      return <Mark kind="good" tone="good">{word}</Mark>;
    case "invited":
      return <Mark kind="wait" tone="warn">{word}</Mark>;
    case "disabled":
      return <Mark kind="off" tone="wrong">{word}</Mark>;
    default:
      return <Mark kind="none" tone="quiet">{word}</Mark>;
  }
}
