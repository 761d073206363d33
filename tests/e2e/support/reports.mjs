// What is captured in the demo street, and the queue each report must reach.
export const TREE = { category: 'tree-fallen', initials: 'smdf', address: '龙泉路20号', text: '大树被风吹倒，横在路上', pin: '29.504850, 106.530000', queue: 'municipal' }
export const BILLBOARD = { category: 'sign-fallen', initials: 'ggp', address: '兴龙路43号', text: '广告牌垮了半边', pin: '29.502550, 106.530000', queue: 'urban-mgmt' }
