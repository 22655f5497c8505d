import { ConfigProvider, theme as antd } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const font = `system-ui, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`;

/** The tokens of style.css, for the components. */
const tokens = {
  light: {
    colorPrimary: "#1f5fbf",
    colorPrimaryHover: "#174a96",
    colorPrimaryActive: "#113a78",
    colorLinkHover: "#174a96",
    colorErrorHover: "#8c1d17",
    colorError: "#b3261e",
    colorWarning: "#8a5200",
    colorSuccess: "#23682a",
    colorInfo: "#1f5fbf",
    colorLink: "#1f5fbf",
    colorText: "#23211d",
    colorTextSecondary: "#5e594e",
    colorTextTertiary: "#5e594e",
    colorTextDescription: "#5e594e",
    colorTextPlaceholder: "#6b665b",
    colorTextDisabled: "#6b665b",
    colorBgContainer: "#fffefb",
    colorBgElevated: "#fffefb",
    colorBorder: "#c9c3b4",
    colorBorderSecondary: "#ddd8cc",
    colorFillAlter: "#f7f4ed",
  },
  dark: {
    colorPrimary: "#7fb0ff",
    colorPrimaryHover: "#a5c8ff",
    colorPrimaryActive: "#c4dbff",
    colorLinkHover: "#a5c8ff",
    colorErrorHover: "#ffaba4",
    colorError: "#ff8a80",
    colorWarning: "#f2b966",
    colorSuccess: "#81c784",
    colorInfo: "#7fb0ff",
    colorLink: "#7fb0ff",
    colorText: "#e8ecef",
    colorTextSecondary: "#a9b3bc",
    colorTextTertiary: "#a9b3bc",
    colorTextDescription: "#a9b3bc",
    colorTextPlaceholder: "#98a3ad",
    colorTextDisabled: "#98a3ad",
    colorTextLightSolid: "#0c1a2e",
    colorBgContainer: "#1f2429",
    colorBgElevated: "#272d33",
    colorBorder: "#4a535c",
    colorBorderSecondary: "#363d44",
    colorFillAlter: "#242a30",
  },
};

/** Gives the components our look, light or dark, and the user's language. */
export function Design({ shown, children }: { shown: "light" | "dark"; children: ReactNode }) {
  const { i18n } = useTranslation();
  dayjs.locale(i18n.language === "en" ? "en" : "zh-cn");
  const phone = window.innerWidth < 640;
  return (
    <ConfigProvider
      locale={i18n.language === "en" ? en : zh}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: shown === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
        token: {
          ...tokens[shown],
          borderRadius: 8,
          fontFamily: font,
          fontSize: phone ? 16 : 14,
          controlHeight: phone ? 44 : 32,
          motionDurationMid: "0.15s",
          motionDurationSlow: "0.2s",
          wireframe: false,
        },
        components: {
          Segmented: shown === "dark" ? { trackBg: "#14171a", itemSelectedBg: "#363d44" } : { trackBg: "#f1ede4" },
          Table: { cellPaddingBlockSM: 6, cellPaddingInlineSM: 8 },
          Button: { primaryShadow: "none", defaultShadow: "none" },
        },
      }}
    >
      {children}
    </ConfigProvider>
  );
}
