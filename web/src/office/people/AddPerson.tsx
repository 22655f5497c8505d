import { useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Person, writeOnce } from "../service";
import { useSubmit } from "../useSubmit";
import { Invite } from "./Invite";
import { FormWrong, nobody, PersonFields, type Said } from "./PersonFields";
import { emptyPost, type PostDraft, requestOf } from "./post";
import { PostFields } from "./PostFields";

interface AddPersonProps {
  mayGrant: boolean;
  onClose: () => void;
  onOpen: (id: string) => void;
}

/** Adds somebody, with posts where the caller may grant them, and offers the one-time link. */
export function AddPerson({ mayGrant, onClose, onOpen }: AddPersonProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [value, setValue] = useState<Said>(nobody);
  const [posts, setPosts] = useState<PostDraft[]>([]);
  const [added, setAdded] = useState<Person | null>(null);

  const { busy, error, submit } = useSubmit(async () => {
    const person = await writeOnce<Person>("POST", "/api/v1/people", { ...value, ...(posts.length > 0 ? { posts: posts.map(requestOf) } : {}) });
    queries.setQueryData(["person", person.id], person);
    void queries.invalidateQueries({ queryKey: ["people"] });
    setAdded(person);
  });
  const again = () => {
    setAdded(null);
    setValue(nobody);
    setPosts([]);
  };

  return (
    <Drawer open title={t("addPerson")} size={Math.min(480, window.innerWidth)} onClose={onClose} destroyOnHidden>
      {added ? (
        <div className="office-form" data-testid="added">
          <p className="office-done">{t("addedPerson", { name: added.name })}</p>
          {added.login ? <Invite person={added} primary /> : <p className="soft">{t("addedWithout")}</p>}
          {!mayGrant && <p className="soft">{t("postsBySecurity")}</p>}
          <div className="office-actions">
            <Button onClick={again}>{t("addAnother")}</Button>
            <Button onClick={() => onOpen(added.id)}>{t("openPerson")}</Button>
          </div>
        </div>
      ) : (
        <form className="office-form" aria-label={t("addPerson")} onSubmit={submit}>
          <PersonFields value={value} error={error} onChange={setValue} />
          {mayGrant &&
            posts.map((p, i) => (
              <fieldset key={i} className="post-box">
                <legend>{t("postNumber", { n: i + 1 })}</legend>
                <PostFields value={p} onChange={(now) => setPosts(posts.map((x, j) => (j === i ? now : x)))} />
                <Button size="small" onClick={() => setPosts(posts.filter((_, j) => j !== i))}>
                  {t("dropPost")}
                </Button>
              </fieldset>
            ))}
          {mayGrant ? (
            <div>
              <Button type="dashed" onClick={() => setPosts([...posts, emptyPost])}>
                {t("addPost")}
              </Button>
            </div>
          ) : (
            <p className="soft">{t("postsBySecurity")}</p>
          )}
          <FormWrong error={error} />
          <div className="office-actions">
            <Button type="primary" htmlType="submit" aria-busy={busy}>
              {t("add")}
            </Button>
            <Button onClick={onClose}>{t("officeCancel")}</Button>
          </div>
        </form>
      )}
    </Drawer>
  );
}
