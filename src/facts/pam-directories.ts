/**
 * Where PAM looks for the file of a stack, and of one that it includes: the first that can be opened counts, whole. The
 * administrator's, then the vendor's by pam.d(5), then the vendor's own directory where it was built with one, which is
 * /usr/etc on SUSE (linux-pam/linux-pam:libpam/pam_handlers.c _pam_open_config_file(), pam_private.h).
 */
export const pamDirectories = ['/etc/pam.d', '/usr/lib/pam.d', '/usr/etc/pam.d'] as const;
